"""The house rules that scripts/tidy.py applies; one module per kind of rule."""
