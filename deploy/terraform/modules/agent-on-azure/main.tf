# One agent on Azure. It has no public address and dials out through the subnet's NAT gateway.
terraform {
  required_version = ">= 1.7"
  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = ">= 3.0"
    }
  }
}

resource "azurerm_network_interface" "agent" {
  name                = "picket-${var.name}"
  location            = var.location
  resource_group_name = var.resource_group_name

  ip_configuration {
    name                          = "agent"
    subnet_id                     = var.subnet_id
    private_ip_address_allocation = "Dynamic"
  }
}

# Replacing the machine is how anything new reaches it: cloud-init reads the user data once.
resource "terraform_data" "generation" {
  input = var.generation
}

resource "azurerm_linux_virtual_machine" "agent" {
  name                  = "picket-${var.name}"
  location              = var.location
  resource_group_name   = var.resource_group_name
  size                  = var.size
  network_interface_ids = [azurerm_network_interface.agent.id]
  admin_username        = "operator"
  custom_data           = base64encode(var.user_data)

  admin_ssh_key {
    username   = "operator"
    public_key = var.admin_public_key
  }

  os_disk {
    caching              = "ReadWrite"
    storage_account_type = "Standard_LRS"
  }

  source_image_reference {
    publisher = "Debian"
    offer     = "debian-12"
    sku       = "12-gen2"
    version   = "latest"
  }

  # A new token or image alone is no reason: an agent that has joined keeps its identity.
  lifecycle {
    ignore_changes       = [custom_data, source_image_reference]
    replace_triggered_by = [terraform_data.generation]
  }
}

output "instance_id" {
  description = "Of the machine."
  value       = azurerm_linux_virtual_machine.agent.virtual_machine_id
}
