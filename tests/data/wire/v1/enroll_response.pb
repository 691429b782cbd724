
certificateca	eu-west-1