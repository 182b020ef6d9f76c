"""What an operator asks: is this policy safe, is this plan sound."""
