package threema

import (
	"encoding/json"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/internal/secret"
	"github.com/threema-dirsync/threema-dirsync/internal/wording"
)

// serviceText takes the text for people out of the body of an error: "error" since 1.4,
// "message" before. Any other body has none.
func serviceText(body []byte) string {
	var wire struct {
		Error   any `json:"error"`
		Message any `json:"message"`
	}
	if json.Unmarshal(body, &wire) != nil {
		return ""
	}
	if text, ok := wire.Error.(string); ok && text != "" {
		return text
	}
	text, _ := wire.Message.(string)
	return text
}

// redact removes secrets from a text that is to be shown.
func redact(text string, secrets []secret.Value) string {
	for _, s := range secrets {
		if !s.IsEmpty() {
			text = strings.ReplaceAll(text, s.Reveal(), s.String())
		}
	}
	return text
}

const maxMessage = 200

// printable makes a foreign text fit to be shown on one line.
func printable(text string) string {
	shown := []rune(wording.OneLine(text))
	return string(shown[:min(maxMessage, len(shown))])
}
