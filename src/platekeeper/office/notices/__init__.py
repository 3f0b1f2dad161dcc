"""Messages to people and offices: kept here, delivered by page, mail and webhook, chased until delivered."""
