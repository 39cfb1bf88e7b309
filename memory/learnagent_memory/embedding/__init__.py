"""Text to vectors without torch or onnxruntime: the seam, MiniLM on NumPy, and how its weights get here."""
