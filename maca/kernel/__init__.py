"""Small tools with no domain words. Imports nobody."""
