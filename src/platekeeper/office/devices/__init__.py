"""What takes the pictures: cameras and the producers that send their reads (GOV-03, PUR-09)."""
