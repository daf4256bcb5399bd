"""The fictional partnership of training mode, made by doing the steps. Nothing in it is real but Neglect 2."""
