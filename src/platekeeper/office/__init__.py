"""The office: what the agency's server does with reads, under the agency's policy."""
