package worksim

import (
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// kind is the type of a setting's value.
type kind string

const (
	kindText    kind = "string"
	kindNumber  kind = "integer"
	kindSwitch  kind = "boolean"
	maxPerson        = 255 // th_firstname, th_lastname by the vendor's table; the like of them by analogy
	maxNickname      = 32
	maxOther         = 4096
)

// form is what the service knows about a setting.
type form struct {
	kind kind
	max  int // characters of a text
}

// knownSettings are the app settings that may be written. Those that the apps ignore when they come from here
// (D-27: th_id_backup, th_id_backup_password, th_license_username, th_license_password, th_safe_password) are missing on purpose.
func knownSettings() map[string]form {
	known := map[string]form{"th_nickname": {kindText, maxNickname}, "th_keep_messages_days": {kind: kindNumber}}
	add := func(f form, names string) {
		for name := range strings.FieldsSeq(names) {
			known["th_"+name] = f
		}
	}
	add(form{kindText, maxPerson}, `firstname lastname csi category job_title department linked_email linked_phone`)
	add(form{kindText, maxOther}, `safe_server_url safe_server_username safe_server_password safe_restore_id
		safe_password_pattern safe_password_message web_hosts onprem_server`)
	add(form{kind: kindSwitch}, `contact_sync readonly_profile block_unknown hide_inactive_ids skip_wizard
		safe_enable safe_restore_enable enable_remote_secret
		disable_add_contact disable_backups disable_calls disable_create_group disable_data_backups disable_export
		disable_group_calls disable_id_export disable_message_preview disable_multidevice disable_save_to_gallery
		disable_screenshots disable_send_profile_picture disable_share_media disable_system_backups
		disable_video_calls disable_web disable_work_directory disable_ios_system_backups_id_key_inclusion`)
	return known
}

// checkSetting turns a value of a request into what is stored, or says what is wrong with it.
func (c *call) checkSetting(name string, raw json.RawMessage) (any, error) {
	f, known := c.known[name]
	if !known {
		return nil, unprocessable("setting %q is unknown or cannot be set here", name)
	}
	value, err := parseSetting(raw)
	if err != nil {
		return nil, unprocessable("setting %s: %v", name, err)
	}
	if kindOf(value) != f.kind {
		return nil, unprocessable("setting %s must be of type %s", name, f.kind)
	}
	if s, ok := value.(string); ok && utf8.RuneCountInString(s) > f.max {
		return nil, unprocessable("setting %s is longer than %d characters", name, f.max)
	}
	return value, nil
}

func kindOf(value any) kind {
	switch value.(type) {
	case bool:
		return kindSwitch
	case int64:
		return kindNumber
	default:
		return kindText
	}
}
