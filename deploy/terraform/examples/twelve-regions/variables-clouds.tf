variable "aws" {
  description = "By region: an image of Debian 12, a subnet and its VPC."
  type        = map(object({ ami = string, subnet_id = string, vpc_id = string }))
}

variable "google" {
  description = "The project, an image of Debian 12 with cloud-init, a subnetwork by region."
  type        = object({ project = string, image = string, subnetworks = map(string) })
}

variable "azure" {
  description = "The subscription, a key to log in with, resource group and subnet by location."
  type = object({
    subscription_id  = string
    admin_public_key = string
    places           = map(object({ resource_group_name = string, subnet_id = string }))
  })
}
