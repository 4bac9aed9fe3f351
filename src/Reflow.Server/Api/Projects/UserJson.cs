using System.Globalization;
using System.Text.Json;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>People as the wire has them (contracts: project §2.5 UserBasicInfo, §2.1 UserDetail).</summary>
static class UserJson
{
    /// <summary>UserBasicInfo[].</summary>
    public static void Write(Utf8JsonWriter json, IEnumerable<ProjectUser> users)
    {
        json.WriteStartArray();
        foreach (var user in users)
        {
            json.WriteStartObject();
            // A user key is a number by its format; one of 19 digits may be larger than this wire's.
            json.WriteNumber("user_id"u8, long.TryParse(user.Key, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0);
            Names(json, user);
            json.WriteString("out_id"u8, user.OutId);
            json.WriteString("avatar_url"u8, user.Document.AvatarUrl ?? "");
            json.WriteString("status"u8, user.Document.IsResigned ? "resigned"u8 : user.Document.IsFrozen ? "frozen"u8 : "activated"u8);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    /// <summary>The members of a UserDetail, inside an object that is open.</summary>
    public static void Names(Utf8JsonWriter json, ProjectUser user)
    {
        json.WriteString("user_key"u8, user.Key);
        json.WriteString("username"u8, user.Key);
        json.WriteString("email"u8, user.Email);
        json.WriteString("name_cn"u8, user.Name);
        json.WriteString("name_en"u8, user.EnglishName);
    }
}
