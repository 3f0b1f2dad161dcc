"""What cameras saw: reads, their images, the index of plates (COL, QUA-02)."""
