"""The chassis of every service: messages in, one transaction, messages out. It knows no medicine."""
