variable "controller_url" {
  description = "Where agents dial in; its host must be among agents.names of the controller."
  type        = string

  validation {
    condition     = can(regex("^https://[a-z0-9.-]+(:[0-9]+)?$", var.controller_url))
    error_message = "controller_url is https://HOST:PORT, without a path."
  }
}

variable "controller_ca_pem" {
  description = "The controller's ca/ca.pem: agents verify the controller by it before they send a token."
  type        = string

  validation {
    condition     = startswith(trimspace(var.controller_ca_pem), "-----BEGIN CERTIFICATE-----")
    error_message = "controller_ca_pem is a certificate in PEM."
  }
}

variable "regions" {
  description = "The agents by Picket's region: on which cloud, where, how many; a package of its own, so that a new one reaches one region first; a word whose change makes its machines anew, as for a newer image."
  type = map(object({
    cloud      = string
    location   = string
    agents     = optional(number, 1)
    package    = optional(object({ url = string, sha256 = string }))
    generation = optional(string, "")
  }))

  validation {
    condition     = alltrue([for name in keys(var.regions) : can(regex("^[a-z0-9][a-z0-9-]{0,62}$", name))])
    error_message = "A region is named by lower-case letters, digits and hyphens."
  }
  validation {
    condition     = alltrue([for r in values(var.regions) : contains(["aws", "google", "azure", "vm"], r.cloud)])
    error_message = "cloud is aws, google, azure or vm."
  }
  validation {
    condition     = alltrue([for r in values(var.regions) : r.agents >= 1 && r.agents <= 9 && floor(r.agents) == r.agents])
    error_message = "A region has 1 to 9 agents."
  }
  validation {
    condition     = alltrue([for r in values(var.regions) : r.package == null ? true : startswith(r.package.url, "https://") && can(regex("^[0-9a-f]{64}$", r.package.sha256))])
    error_message = "A region's package has a url by https and a sha256 of 64 hexadecimal digits."
  }
}

variable "join_tokens" {
  description = "A token of `picket agents token create` for each agent, by REGION-NUMBER. Each lets in one agent, once."
  type        = map(string)
  sensitive   = true

  validation {
    condition     = alltrue([for token in values(var.join_tokens) : can(regex("^[!-~]{16,}$", token))])
    error_message = "A token is one word of at least 16 characters."
  }
}

variable "package" {
  description = "Where the Debian package of the agent is, and the SHA-256 that it must have."
  type = object({
    url    = string
    sha256 = string
  })

  validation {
    condition     = startswith(var.package.url, "https://") && can(regex("^[0-9a-f]{64}$", var.package.sha256))
    error_message = "package has a url by https and a sha256 of 64 hexadecimal digits."
  }
}

variable "allow_networks" {
  description = "Private networks that checks may reach; loopback and metadata addresses never belong here."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for network in var.allow_networks : can(cidrhost(network, 0))])
    error_message = "allow_networks are in CIDR notation, as 10.20.0.0/16."
  }
}
