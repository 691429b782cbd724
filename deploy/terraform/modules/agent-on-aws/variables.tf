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

variable "ami" {
  description = "An image of Debian 12 in the provider's region."
  type        = string
}

variable "subnet_id" {
  description = "A subnet from which the agent reaches the controller and its targets."
  type        = string
}

variable "vpc_id" {
  description = "The VPC of the subnet."
  type        = string
}

variable "instance_type" {
  description = "One core and half a gigabyte carry some hundred checks."
  type        = string
  default     = "t3.micro"
}
