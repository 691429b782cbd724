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

  # The token is in the user data, which the machine's cloud keeps: it is worth nothing once its
  # agent has joined, and expires by itself when it never does.
  user_data = {
    for name, agent in local.agents : name => join("\n", ["#cloud-config", yamlencode({
      package_update = true
      packages       = ["curl", "ca-certificates"]
      write_files = [
        { path = "/etc/picket/agent.yaml", permissions = "0644", content = local.agent_yaml[name] },
        { path = "/etc/picket/controller-ca.pem", permissions = "0644", content = var.controller_ca_pem },
        { path = "/etc/picket/join.token", permissions = "0600", content = "${lookup(var.join_tokens, name, "")}\n" },
      ]
      # A word each, no shell; a package that is not the named one ends it before it is installed.
      runcmd = [
        ["sh", "-euc", file("${path.module}/install.sh"), "install", var.package.url, var.package.sha256],
      ]
    })])
  }
}
