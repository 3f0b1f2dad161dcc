"""Who people are: agencies, persons, their roles, training and authorisation (USR, TRN, GOV-01)."""
