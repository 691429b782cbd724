# One agent on Google Cloud. It dials out only: no firewall rule lets anything in.
terraform {
  required_version = ">= 1.7"
  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 5.0"
    }
  }
}

# Replacing the machine is how anything new reaches it: cloud-init reads the user data once.
resource "terraform_data" "generation" {
  input = var.generation
}

resource "google_compute_instance" "agent" {
  name         = "picket-${var.name}"
  zone         = var.zone
  machine_type = var.machine_type

  boot_disk {
    initialize_params {
      image = var.image
      size  = 10
    }
  }

  network_interface {
    subnetwork = var.subnetwork
    access_config {} # an address of its own, to dial out from
  }

  shielded_instance_config {
    enable_secure_boot = true
  }

  metadata = {
    user-data              = var.user_data
    block-project-ssh-keys = "true"
  }

  # No service account: the agent asks nothing of Google's interfaces.

  # A new token or image alone is no reason: an agent that has joined keeps its identity.
  lifecycle {
    ignore_changes       = [metadata["user-data"], boot_disk[0].initialize_params[0].image]
    replace_triggered_by = [terraform_data.generation]
  }
}

output "instance_id" {
  description = "Of the machine."
  value       = google_compute_instance.agent.instance_id
}
