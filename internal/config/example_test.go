package config_test

import (
	"bytes"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"gopkg.in/yaml.v3"

	"github.com/threema-dirsync/threema-dirsync/internal/config"
)

// required is the example without everything that it says is a default.
const required = `
policy: observe
sources:
  - name: corp
    profile: active-directory
    urls: [ldaps://dc1.corp.example]
    bind_dn: CN=svc-threema,OU=Service,DC=corp,DC=example
    bind_password_file: /etc/threema-dirsync/bind-password
    base_dn: DC=corp,DC=example
handover: {file: /var/lib/threema-dirsync/handover.csv}
`

func readExample(t *testing.T) []byte {
	t.Helper()
	data, err := os.ReadFile("../../config.example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func parse(t *testing.T, data []byte) *config.Config {
	t.Helper()
	cfg, err := config.Parse(data, "/etc/threema-dirsync")
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// equal compares configurations; an empty list is as good as none.
func equal() cmp.Option {
	return cmp.Options{
		cmpopts.EquateEmpty(),
		cmp.Comparer(func(a, b *time.Location) bool { return a.String() == b.String() }),
	}
}

// TestExampleStatesTheDefaults and TestExampleNamesEveryKey together hold that every key of
// the example has its true default, or is one that the administrator must set.
func TestExampleStatesTheDefaults(t *testing.T) {
	t.Parallel()
	bare := parse(t, []byte(required))
	if diff := cmp.Diff(bare, parse(t, readExample(t)), equal()); diff != "" {
		t.Errorf("the example differs from the defaults (-default +example):\n%s", diff)
	}
	want := config.Default()
	want.Policy, want.Sources, want.Handover = bare.Policy, bare.Sources, bare.Handover
	want.Threema.APIKeyFile = "/etc/threema-dirsync/" + want.Threema.APIKeyFile // beside the configuration
	if diff := cmp.Diff(&want, bare, equal()); diff != "" {
		t.Errorf("a bare file differs from Default() (-want +got):\n%s", diff)
	}
}

func TestExampleNamesEveryKey(t *testing.T) {
	t.Parallel()
	optIn := regexp.MustCompile(`(?m)^( *)#([a-z_]+:)`)
	data := optIn.ReplaceAll(readExample(t), []byte("$1$2"))
	parse(t, data) // the examples that are commented out are valid too

	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	var got []string
	eachKey(doc.Content[0], "", func(path string, _ *yaml.Node, _ int) { got = append(got, path) })
	want := yamlKeys(reflect.TypeFor[config.Config](), "")
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("keys (-program +example):\n%s", diff)
	}
}

// TestExampleMarksWhatIsRequired removes each key in turn: the file must be refused exactly
// if the comment above the key says REQUIRED, or if the key holds a required one.
func TestExampleMarksWhatIsRequired(t *testing.T) {
	t.Parallel()
	var paths, marked []string
	eachKey(exampleNode(t), "", func(path string, parent *yaml.Node, i int) {
		paths = append(paths, path)
		comment := parent.Content[i].HeadComment
		if i == 0 {
			comment += parent.HeadComment // where the library puts what stands above "- name:"
		}
		if strings.Contains(comment, "REQUIRED") {
			marked = append(marked, path)
		}
	})
	for _, path := range paths {
		_, err := config.Parse(exampleWithout(t, path), "/etc")
		isRequired := slices.ContainsFunc(marked, func(m string) bool { return m == path || strings.HasPrefix(m, path+".") })
		if refused := err != nil; refused != isRequired {
			t.Errorf("without %s: refused = %v (%v), but marked as required = %v", path, refused, err, isRequired)
		}
	}
	if len(marked) != 9 {
		t.Errorf("%d keys are marked as required: %v", len(marked), marked)
	}
}

func exampleNode(t *testing.T) *yaml.Node {
	t.Helper()
	var doc yaml.Node
	if err := yaml.Unmarshal(readExample(t), &doc); err != nil {
		t.Fatal(err)
	}
	return doc.Content[0]
}

// exampleWithout returns the example without one key.
func exampleWithout(t *testing.T, path string) []byte {
	t.Helper()
	root := exampleNode(t)
	var parent *yaml.Node
	var index int
	eachKey(root, "", func(p string, n *yaml.Node, i int) {
		if p == path {
			parent, index = n, i
		}
	})
	parent.Content = slices.Delete(parent.Content, index, index+2)
	data, err := yaml.Marshal(root)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.TrimSpace(data)
}

// eachKey calls visit for every key below n, with the map it stands in and its index there.
func eachKey(n *yaml.Node, path string, visit func(path string, parent *yaml.Node, i int)) {
	switch n.Kind {
	case yaml.SequenceNode:
		for _, item := range n.Content {
			eachKey(item, path+"[]", visit)
		}
	case yaml.MappingNode:
		for i := 0; i < len(n.Content); i += 2 {
			key := strings.TrimPrefix(path+"."+n.Content[i].Value, ".")
			visit(key, n, i)
			eachKey(n.Content[i+1], key, visit)
		}
	}
}

// yamlKeys lists every key that the struct knows, in the form of eachKey.
func yamlKeys(t reflect.Type, path string) []string {
	if t.Kind() == reflect.Slice {
		return yamlKeys(t.Elem(), path+"[]")
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	var all []string
	for f := range t.Fields() {
		key := strings.TrimPrefix(path+"."+f.Tag.Get("yaml"), ".")
		all = append(all, key)
		all = append(all, yamlKeys(f.Type, key)...)
	}
	return all
}
