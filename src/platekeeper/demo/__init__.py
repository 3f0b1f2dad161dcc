"""The demonstration: five agencies, invented people and vehicles, and pictures that this project rendered itself."""
