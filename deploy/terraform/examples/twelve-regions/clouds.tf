# The machines. AWS wants a provider and a block for each region; the other two do not.
provider "aws" {
  alias  = "us-east-1"
  region = "us-east-1"
}

provider "aws" {
  alias  = "us-west-2"
  region = "us-west-2"
}

provider "aws" {
  alias  = "sa-east-1"
  region = "sa-east-1"
}

provider "aws" {
  alias  = "eu-west-1"
  region = "eu-west-1"
}

provider "aws" {
  alias  = "ap-south-1"
  region = "ap-south-1"
}

provider "aws" {
  alias  = "ap-southeast-2"
  region = "ap-southeast-2"
}

provider "google" {
  project = var.google.project
}

provider "azurerm" {
  subscription_id = var.azure.subscription_id
  features {}
}

module "us-east-1" {
  source     = "../../modules/agent-on-aws"
  providers  = { aws = aws.us-east-1 }
  name       = "us-east-1-1"
  user_data  = module.fleet.user_data["us-east-1-1"]
  generation = module.fleet.generations["us-east-1-1"]
  ami        = var.aws["us-east-1"].ami
  vpc_id     = var.aws["us-east-1"].vpc_id
  subnet_id  = var.aws["us-east-1"].subnet_id
}

module "us-west-2" {
  source     = "../../modules/agent-on-aws"
  providers  = { aws = aws.us-west-2 }
  name       = "us-west-2-1"
  user_data  = module.fleet.user_data["us-west-2-1"]
  generation = module.fleet.generations["us-west-2-1"]
  ami        = var.aws["us-west-2"].ami
  vpc_id     = var.aws["us-west-2"].vpc_id
  subnet_id  = var.aws["us-west-2"].subnet_id
}

module "sa-east-1" {
  source     = "../../modules/agent-on-aws"
  providers  = { aws = aws.sa-east-1 }
  name       = "sa-east-1-1"
  user_data  = module.fleet.user_data["sa-east-1-1"]
  generation = module.fleet.generations["sa-east-1-1"]
  ami        = var.aws["sa-east-1"].ami
  vpc_id     = var.aws["sa-east-1"].vpc_id
  subnet_id  = var.aws["sa-east-1"].subnet_id
}

module "eu-west-1" {
  source     = "../../modules/agent-on-aws"
  providers  = { aws = aws.eu-west-1 }
  name       = "eu-west-1-1"
  user_data  = module.fleet.user_data["eu-west-1-1"]
  generation = module.fleet.generations["eu-west-1-1"]
  ami        = var.aws["eu-west-1"].ami
  vpc_id     = var.aws["eu-west-1"].vpc_id
  subnet_id  = var.aws["eu-west-1"].subnet_id
}

module "ap-south-1" {
  source     = "../../modules/agent-on-aws"
  providers  = { aws = aws.ap-south-1 }
  name       = "ap-south-1-1"
  user_data  = module.fleet.user_data["ap-south-1-1"]
  generation = module.fleet.generations["ap-south-1-1"]
  ami        = var.aws["ap-south-1"].ami
  vpc_id     = var.aws["ap-south-1"].vpc_id
  subnet_id  = var.aws["ap-south-1"].subnet_id
}

module "ap-southeast-2" {
  source     = "../../modules/agent-on-aws"
  providers  = { aws = aws.ap-southeast-2 }
  name       = "ap-southeast-2-1"
  user_data  = module.fleet.user_data["ap-southeast-2-1"]
  generation = module.fleet.generations["ap-southeast-2-1"]
  ami        = var.aws["ap-southeast-2"].ami
  vpc_id     = var.aws["ap-southeast-2"].vpc_id
  subnet_id  = var.aws["ap-southeast-2"].subnet_id
}

module "google" {
  source     = "../../modules/agent-on-google"
  for_each   = { for name, agent in module.fleet.agents : name => agent if agent.cloud == "google" }
  name       = each.key
  user_data  = module.fleet.user_data[each.key]
  generation = module.fleet.generations[each.key]
  zone       = each.value.location
  image      = var.google.image
  subnetwork = var.google.subnetworks[each.value.region]
}

module "azure" {
  source              = "../../modules/agent-on-azure"
  for_each            = { for name, agent in module.fleet.agents : name => agent if agent.cloud == "azure" }
  name                = each.key
  user_data           = module.fleet.user_data[each.key]
  generation          = module.fleet.generations[each.key]
  location            = each.value.location
  admin_public_key    = var.azure.admin_public_key
  resource_group_name = var.azure.places[each.value.location].resource_group_name
  subnet_id           = var.azure.places[each.value.location].subnet_id
}
