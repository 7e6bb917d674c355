"""The languages the product speaks: which there are, and sentences put into one of them."""
