"""Releases of reads to other agencies: asked in writing, approved by the office that answers, on file (SHR)."""
