# What each machine of the fleet is: its name, region and user data. It creates nothing and needs no
# provider; the agent-on-... modules, or anything that takes cloud-init, make machines of it.
locals {
  agents = merge([
    for region, r in var.regions : {
      for number in range(1, r.agents + 1) : "${region}-${number}" => {
        region   = region
        cloud    = r.cloud
        location = r.location
      }
    }
  ]...)

  agent_yaml = {
    for name, agent in local.agents : name => yamlencode(merge({
      version         = 1
      controller      = var.controller_url
      controller_ca   = "/etc/picket/controller-ca.pem"
      state_dir       = "/var/lib/picket-agent"
      name            = name
      join_token_file = "/etc/picket/join.token"
      secrets         = { directory = "/etc/picket/secrets" }
    }, length(var.allow_networks) == 0 ? {} : { network = { allow = var.allow_networks } }))
  }

  # What makes a machine, but its token.
  cloud_config = {
    for name, agent in local.agents : name => {
      package_update = true
      packages       = ["curl", "ca-certificates"]
      write_files = [
        { path = "/etc/picket/agent.yaml", permissions = "0644", content = local.agent_yaml[name] },
        { path = "/etc/picket/controller-ca.pem", permissions = "0644", content = var.controller_ca_pem },
      ]
      # A word each, no shell; a package that is not the named one ends it before it is installed.
      runcmd = [
        ["sh", "-euc", file("${path.module}/install.sh"), "install", local.packages[agent.region].url, local.packages[agent.region].sha256],
      ]
    }
  }
  packages = { for region, r in var.regions : region => coalesce(r.package, var.package) }

  # Cloud-init reads it once, so that a change of it is a change of the machine. A token is none.
  generations = {
    for name, agent in local.agents : name =>
    sha256(jsonencode([local.cloud_config[name], var.regions[agent.region].generation]))
  }

  # The token is in the user data, which the machine's cloud keeps: it is worth nothing once its
  # agent has joined, and expires by itself when it never does.
  user_data = {
    for name, config in local.cloud_config : name => join("\n", ["#cloud-config", yamlencode(merge(config, {
      write_files = concat(config.write_files, [
        { path = "/etc/picket/join.token", permissions = "0600", content = "${lookup(var.join_tokens, name, "")}\n" },
      ])
    }))])
  }
}
