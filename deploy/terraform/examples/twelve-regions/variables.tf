variable "controller_url" {
  description = "Where agents dial in, as https://picket.example.com:8443."
  type        = string
}

variable "controller_ca_pem" {
  description = "The controller's ca/ca.pem."
  type        = string
}

variable "join_tokens" {
  description = "A token for each agent, by REGION-1: tokens.sh makes them."
  type        = map(string)
  sensitive   = true
}

variable "package" {
  description = "The agent's Debian package: url and sha256."
  type        = object({ url = string, sha256 = string })
}
