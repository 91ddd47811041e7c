"""What a telephone opens from a QR code: who asks for how much, one confirmation, the receipt."""
