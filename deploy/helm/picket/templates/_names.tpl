{{- define "picket.controller" -}}{{ .Release.Name | trunc 40 | trimSuffix "-" }}-controller{{- end }}
{{- define "picket.agent" -}}{{ .root.Release.Name | trunc 20 | trimSuffix "-" }}-{{ .agent.name }}{{- end }}

{{- define "picket.selector" -}}
app.kubernetes.io/name: picket-{{ .part }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- end }}

{{- define "picket.labels" -}}
{{ include "picket.selector" . }}
app.kubernetes.io/part-of: picket
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{- end }}

{{- define "picket.image" -}}
{{ .root.Values.images.registry }}/{{ .part }}:{{ .root.Values.images.tag | default .root.Chart.AppVersion }}
{{- end }}

{{- /* What a pod is allowed, by the number of its user: nothing. */}}
{{- define "picket.podSecurity" -}}
runAsNonRoot: true
runAsUser: {{ . }}
runAsGroup: {{ . }}
fsGroup: {{ . }}
fsGroupChangePolicy: OnRootMismatch
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "picket.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{- define "picket.pullSecrets" -}}
{{- with .Values.images.pullSecrets }}
imagePullSecrets:
{{- range . }}
  - name: {{ . }}
{{- end }}
{{- end }}
{{- end }}

{{- define "picket.claim" -}}
- metadata:
    name: state
  spec:
    accessModes: [ReadWriteOnce]
    {{- with get . "className" }}
    storageClassName: {{ . }}
    {{- end }}
    resources: {requests: {storage: {{ .size }}}}
{{- end }}

{{- define "picket.controllerConfig" -}}
{{- $name := include "picket.controller" . }}
{{- $given := get .Values.controller.config "agents" | default dict }}
{{- $agents := dict "listen" "0.0.0.0:8443" "names" (prepend (get $given "names" | default list) (printf "%s-agents" $name)) }}
{{- $own := dict "version" 1 "state_dir" "/var/lib/picket-controller" "checks_dir" "/etc/picket/checks" }}
{{- $api := dict "api" (dict "listen" "0.0.0.0:8080") }}
{{- $log := dict "log" (dict "format" "json") }}
{{- toYaml (merge $own $api (dict "agents" $agents) (omit .Values.controller.config "agents") $log) }}
{{- end }}

{{- define "picket.agentConfig" -}}
{{- $here := printf "https://%s-agents:8443" (include "picket.controller" .root) }}
{{- $own := dict "version" 1 "controller" (.root.Values.agents.controllerUrl | default $here) "name" .agent.name }}
{{- $files := dict "controller_ca" "/etc/picket/join/ca.pem" "join_token_file" "/etc/picket/join/token" "state_dir" "/var/lib/picket-agent" }}
{{- $secrets := dict "secrets" (dict "directory" "/etc/picket/secrets") }}
{{- $log := dict "log" (dict "format" "json") }}
{{- toYaml (merge $own $files $secrets .root.Values.agents.config $log) }}
{{- end }}
