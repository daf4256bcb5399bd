"""The six steps: drafted from the findings, edited, signed by somebody else, published, printed."""
