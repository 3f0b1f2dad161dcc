"""Who works here, as what, trained and authorised by whom (USR, TRN, GOV-09)."""
