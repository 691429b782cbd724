
tokenagent-1csr"0.1.0