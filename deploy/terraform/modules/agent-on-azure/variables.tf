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

variable "resource_group_name" {
  description = "The group in which the machine is made."
  type        = string
}

variable "location" {
  description = "The location, as westeurope."
  type        = string
}

variable "subnet_id" {
  description = "A subnet with a way out, through a NAT gateway or the like."
  type        = string
}

variable "size" {
  description = "One core and half a gigabyte carry some hundred checks."
  type        = string
  default     = "Standard_B1s"
}

variable "admin_public_key" {
  description = "Azure wants a key to log in with; nothing lets anybody in from outside."
  type        = string
}
