"""What the tests of support share."""
