package secret_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/threema-dirsync/threema-dirsync/internal/secret"
)

const canary = "c4n4ry-s3cr3t"

func TestValueNeverPrints(t *testing.T) {
	t.Parallel()
	v := secret.New(canary)
	holder := struct {
		Name string
		Key  secret.Value
		Ptr  *secret.Value
		key  secret.Value // fmt cannot call the methods of an unexported field
	}{"x", v, &v, v}

	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "v", v, "holder", holder)
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "v", v, "holder", holder)
	asJSON, err := json.Marshal(holder)
	if err != nil {
		t.Fatal(err)
	}
	asYAML, err := yaml.Marshal(map[string]any{"v": v})
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string]string{
		"log": log.String(), "json": string(asJSON), "yaml": string(asYAML), "String": v.String(),
		"error": fmt.Errorf("read %v: %w", v, errors.New("x")).Error(),
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		shown[verb] = fmt.Sprintf(verb, v) + fmt.Sprintf(verb, holder)
	}
	for how, text := range shown {
		if strings.Contains(text, canary) || strings.Contains(text, fmt.Sprintf("%x", canary)) {
			t.Errorf("%s shows the secret: %s", how, text)
		}
	}
	if !v.Equal(secret.New(canary)) || v.Equal(secret.Value{}) || holder.key != v {
		t.Error("Equal is wrong")
	}
	if v.Reveal() != canary || v.IsEmpty() || !(secret.Value{}).IsEmpty() {
		t.Error("Reveal or IsEmpty is wrong")
	}
}
