// Renders a chart as Helm does, with the library of functions that Helm uses: Debian has no Helm.
// `chart_render CHART RELEASE [VALUES...]` prints the manifests. Only what our chart needs is here:
// no hooks, no dependencies, no `lookup`, no `tpl`. An unset value is an error, not "".
package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig"
	"sigs.k8s.io/yaml"
)

type values = map[string]interface{}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func read(path string) values {
	text, err := os.ReadFile(path)
	fail(err)
	out := values{}
	fail(yaml.Unmarshal(text, &out))
	return out
}

// Maps are merged key by key, all else is replaced: Helm's rule for values.
func lay(over, under values) {
	for key, value := range over {
		above, isMap := value.(values)
		below, wasMap := under[key].(values)
		if isMap && wasMap {
			lay(above, below)
		} else {
			under[key] = value
		}
	}
}

func functions(all *template.Template) template.FuncMap {
	out := sprig.TxtFuncMap()
	out["toYaml"] = func(value interface{}) (string, error) {
		text, err := yaml.Marshal(value)
		return strings.TrimSuffix(string(text), "\n"), err
	}
	out["include"] = func(name string, data interface{}) (string, error) {
		var text bytes.Buffer
		err := all.ExecuteTemplate(&text, name, data)
		return text.String(), err
	}
	return out
}

func main() {
	chart, release := os.Args[1], os.Args[2]
	given := read(filepath.Join(chart, "values.yaml"))
	for _, path := range os.Args[3:] {
		lay(read(path), given)
	}
	about := read(filepath.Join(chart, "Chart.yaml"))
	data := values{
		"Values":  given,
		"Release": values{"Name": release, "Namespace": "picket", "Service": "Helm"},
		"Chart": values{"Name": about["name"], "Version": about["version"],
			"AppVersion": about["appVersion"]},
	}
	all := template.New("chart").Option("missingkey=error")
	all.Funcs(functions(all))
	paths, err := filepath.Glob(filepath.Join(chart, "templates", "*"))
	fail(err)
	for _, path := range paths {
		text, err := os.ReadFile(path)
		fail(err)
		_, err = all.New(filepath.Base(path)).Parse(string(text))
		fail(err)
	}
	for _, path := range paths {
		if strings.HasSuffix(path, ".yaml") {
			fmt.Printf("---\n# Source: %s\n", filepath.Base(path))
			fail(all.ExecuteTemplate(os.Stdout, filepath.Base(path), data))
		}
	}
}
