"""The notifications of each user, for the services that write them."""
