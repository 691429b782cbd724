variables {
  controller_url    = "https://picket.example.com:8443"
  controller_ca_pem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
  package = {
    url    = "https://packages.example.com/picket-agent.deb"
    sha256 = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
  }
  regions = {
    eu-west-1   = { cloud = "aws", location = "eu-west-1", agents = 2 }
    us-central1 = { cloud = "google", location = "us-central1-a" }
  }
  join_tokens = {
    eu-west-1-1   = "token-of-the-first-one"
    eu-west-1-2   = "token-of-the-second-one"
    us-central1-1 = "token-of-the-third-one"
  }
}

run "each_agent_has_its_own_token_and_name" {
  command = plan

  assert {
    condition     = keys(output.agents) == ["eu-west-1-1", "eu-west-1-2", "us-central1-1"]
    error_message = "agents are named by region and number"
  }
  assert {
    condition = alltrue([for name, text in nonsensitive(output.user_data) :
    [for f in yamldecode(text).write_files : f.content if f.path == "/etc/picket/join.token"] == ["${nonsensitive(var.join_tokens)[name]}\n"]])
    error_message = "each machine gets its own token"
  }
  assert {
    condition = alltrue([for name, text in nonsensitive(output.user_data) :
    yamldecode([for f in yamldecode(text).write_files : f.content if endswith(f.path, "agent.yaml")][0]).name == name])
    error_message = "the agent's configuration names it"
  }
  assert {
    condition     = alltrue([for text in values(nonsensitive(output.user_data)) : startswith(text, "#cloud-config\n")])
    error_message = "user data is a cloud-config"
  }
  assert {
    condition     = output.controller_regions["eu-west-1"].labels.cloud == "aws"
    error_message = "the controller learns the provider of a region"
  }
}

run "the_token_is_for_its_owner_only" {
  command = plan

  assert {
    condition = alltrue([for text in values(nonsensitive(output.user_data)) :
    [for f in yamldecode(text).write_files : f.permissions if f.path == "/etc/picket/join.token"] == ["0600"]])
    error_message = "nobody else reads the token"
  }
}

run "a_missing_token_is_told" {
  command = plan
  variables {
    regions = { eu-west-1 = { cloud = "aws", location = "eu-west-1", agents = 3 } }
  }
  expect_failures = [output.agents]
}

run "plain_http_is_refused" {
  command = plan
  variables {
    controller_url = "http://picket.example.com:8443"
  }
  expect_failures = [var.controller_url]
}

run "an_unknown_cloud_is_refused" {
  command = plan
  variables {
    regions = { eu-west-1 = { cloud = "mainframe", location = "cellar" } }
  }
  expect_failures = [var.regions]
}

run "a_package_without_a_checksum_is_refused" {
  command = plan
  variables {
    package = { url = "https://packages.example.com/picket-agent.deb", sha256 = "latest" }
  }
  expect_failures = [var.package]
}

run "as_it_was" {
  command = apply
}

run "a_new_token_is_no_new_generation" {
  command = plan
  variables {
    join_tokens = {
      eu-west-1-1   = "another-token-of-the-first"
      eu-west-1-2   = "another-token-of-the-second"
      us-central1-1 = "another-token-of-the-third"
    }
  }
  assert {
    condition     = output.generations == run.as_it_was.generations
    error_message = "a token is used once, when the agent joins"
  }
  assert {
    condition     = alltrue([for name, text in nonsensitive(output.user_data) : text != nonsensitive(run.as_it_was.user_data)[name]])
    error_message = "the user data has the new token"
  }
}

run "a_new_package_is_a_new_generation" {
  command = plan
  variables {
    package = {
      url    = "https://packages.example.com/picket-agent-next.deb"
      sha256 = "1123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
    }
  }
  assert {
    condition     = alltrue([for name, one in output.generations : one != run.as_it_was.generations[name]])
    error_message = "each machine gets the new package"
  }
}

run "a_new_address_is_a_new_generation" {
  command = plan
  variables {
    controller_url = "https://other.example.com:8443"
  }
  assert {
    condition     = alltrue([for name, one in output.generations : one != run.as_it_was.generations[name]])
    error_message = "each machine dials the new address"
  }
}

run "a_new_authority_is_a_new_generation" {
  command = plan
  variables {
    controller_ca_pem = "-----BEGIN CERTIFICATE-----\nMIIC\n-----END CERTIFICATE-----\n"
  }
  assert {
    condition     = alltrue([for name, one in output.generations : one != run.as_it_was.generations[name]])
    error_message = "each machine trusts the new authority"
  }
}

run "other_networks_are_a_new_generation" {
  command = plan
  variables {
    allow_networks = ["10.20.0.0/16"]
  }
  assert {
    condition     = alltrue([for name, one in output.generations : one != run.as_it_was.generations[name]])
    error_message = "each machine may reach the network"
  }
}

run "one_region_goes_first" {
  command = plan
  variables {
    regions = {
      eu-west-1   = { cloud = "aws", location = "eu-west-1", agents = 2 }
      us-central1 = { cloud = "google", location = "us-central1-a", package = { url = "https://packages.example.com/next.deb", sha256 = "1123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" } }
    }
  }
  assert {
    condition     = [for name, one in output.generations : name if one != run.as_it_was.generations[name]] == ["us-central1-1"]
    error_message = "the other region keeps its machines"
  }
  assert {
    condition     = yamldecode(nonsensitive(output.user_data)["us-central1-1"]).runcmd[0][4] == "https://packages.example.com/next.deb"
    error_message = "the region has its own package"
  }
}

run "a_word_makes_a_region_anew" {
  command = plan
  variables {
    regions = {
      eu-west-1   = { cloud = "aws", location = "eu-west-1", agents = 2, generation = "image of June" }
      us-central1 = { cloud = "google", location = "us-central1-a" }
    }
  }
  assert {
    condition     = [for name, one in output.generations : name if one != run.as_it_was.generations[name]] == ["eu-west-1-1", "eu-west-1-2"]
    error_message = "the machines of that region, and no other"
  }
}

run "a_package_of_a_region_without_a_checksum_is_refused" {
  command = plan
  variables {
    regions = { eu-west-1 = { cloud = "aws", location = "eu-west-1", package = { url = "https://packages.example.com/a.deb", sha256 = "latest" } } }
  }
  expect_failures = [var.regions]
}
