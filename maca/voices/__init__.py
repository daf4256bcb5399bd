"""What those who worked with a family, and the family itself, say of it: private until they let it be shared."""
