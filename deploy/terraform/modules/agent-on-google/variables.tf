variable "name" {
  description = "The agent's name in its fleet; the machine gets it too."
  type        = string
}

variable "user_data" {
  description = "Its user data: `user_data[name]` of the module fleet. It holds the join token."
  type        = string
  sensitive   = true
}

variable "generation" {
  description = "`generations[name]` of the module fleet. Another one makes the machine anew, and wants a new token."
  type        = string
}

variable "zone" {
  description = "The zone, as europe-west1-b."
  type        = string
}

variable "subnetwork" {
  description = "The subnetwork, by its self link."
  type        = string
}

variable "machine_type" {
  description = "One shared core and a gigabyte carry some hundred checks."
  type        = string
  default     = "e2-micro"
}

variable "image" {
  description = "An image of Debian 12 that has cloud-init: Google's own Debian images have none."
  type        = string
}
