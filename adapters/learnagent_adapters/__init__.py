"""What proved true becomes part of the model. Empty until part 4; it holds its place in the import order."""
