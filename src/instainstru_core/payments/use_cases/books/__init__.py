"""What the books are asked: to seal, to sign, to prove themselves."""
