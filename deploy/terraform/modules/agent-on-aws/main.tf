# One agent on AWS, in the region of the provider that is passed in. It dials out only: no port is
# open, and there is no key to log in with.
terraform {
  required_version = ">= 1.7"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

resource "aws_security_group" "agent" {
  name_prefix = "picket-${var.name}-"
  description = "A Picket agent dials out only"
  vpc_id      = var.vpc_id

  egress {
    description      = "to the controller and to what checks look at"
    from_port        = 0
    to_port          = 0
    protocol         = "-1"
    cidr_blocks      = ["0.0.0.0/0"]
    ipv6_cidr_blocks = ["::/0"]
  }

  lifecycle {
    create_before_destroy = true
  }
}

# Replacing the machine is how anything new reaches it: cloud-init reads the user data once.
resource "terraform_data" "generation" {
  input = var.generation
}

resource "aws_instance" "agent" {
  ami                    = var.ami
  instance_type          = var.instance_type
  subnet_id              = var.subnet_id
  vpc_security_group_ids = [aws_security_group.agent.id]
  user_data              = var.user_data

  # A new token or image alone is no reason: an agent that has joined keeps its identity.
  lifecycle {
    ignore_changes       = [user_data, ami]
    replace_triggered_by = [terraform_data.generation]
  }

  metadata_options {
    http_endpoint               = "enabled" # cloud-init reads its user data there
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  root_block_device {
    volume_size = 10
    encrypted   = true
  }

  tags = { Name = "picket-${var.name}" }
}

output "instance_id" {
  description = "Of the machine."
  value       = aws_instance.agent.id
}
