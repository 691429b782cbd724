output "agents" {
  description = "Region, cloud and location of each agent, by its name."
  value       = local.agents

  precondition {
    condition     = length(setsubtract(keys(local.agents), nonsensitive(keys(var.join_tokens)))) == 0
    error_message = "join_tokens lacks: ${join(", ", setsubtract(keys(local.agents), nonsensitive(keys(var.join_tokens))))}"
  }
}

output "user_data" {
  description = "The cloud-init user data of each agent, by its name."
  value       = local.user_data
  sensitive   = true
}

output "generations" {
  description = "For `generation` of the agent-on-... modules, by agent: another one when anything in its user data changed but its token."
  value       = local.generations
}

output "controller_regions" {
  description = "For `regions` of controller.yaml: the labels by which incidents name a provider."
  value       = { for name, r in var.regions : name => { labels = { cloud = r.cloud, location = r.location } } }
}
