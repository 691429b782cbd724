# One agent in each of twelve regions of three clouds; the machines are in clouds.tf.
terraform {
  required_version = ">= 1.7"
}

locals {
  regions = {
    ap-south-1       = { cloud = "aws", location = "ap-south-1" }
    ap-southeast-2   = { cloud = "aws", location = "ap-southeast-2" }
    asia-northeast1  = { cloud = "google", location = "asia-northeast1-a" }
    canadacentral    = { cloud = "azure", location = "canadacentral" }
    eu-west-1        = { cloud = "aws", location = "eu-west-1" }
    europe-west3     = { cloud = "google", location = "europe-west3-a" }
    sa-east-1        = { cloud = "aws", location = "sa-east-1" }
    southafricanorth = { cloud = "azure", location = "southafricanorth" }
    uaenorth         = { cloud = "azure", location = "uaenorth" }
    us-central1      = { cloud = "google", location = "us-central1-a" }
    us-east-1        = { cloud = "aws", location = "us-east-1" }
    us-west-2        = { cloud = "aws", location = "us-west-2" }
  }
}

module "fleet" {
  source            = "../../modules/fleet"
  controller_url    = var.controller_url
  controller_ca_pem = var.controller_ca_pem
  join_tokens       = var.join_tokens
  package           = var.package
  regions           = local.regions
}

output "controller_regions" {
  description = "For `regions` of controller.yaml."
  value       = module.fleet.controller_regions
}
