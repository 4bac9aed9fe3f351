using System.Text.Json;
using Reflow.Core.Directory;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Platform;

/// <summary>
/// POST /open-apis/contact/v3/users/batch_get_id (contracts: platform §3.2): the ids behind e-mail addresses and telephone numbers, one entry for each; an entry without
/// <c>user_id</c> is one that was not found.
/// </summary>
static class FindUserIds
{
    const int Most = 50;

    public static void Serve(Routes routes, Db db) => routes.Serve("contact.v3.user.batch_get_id", async call => await db.Read(call.Caller.Tenant, session => Answer(session, call), call.Aborted));

    static async ValueTask<Reply> Answer(Session session, Call call)
    {
        var (emails, mobiles, resigned) = (call.Body.Texts("emails", Most), call.Body.Texts("mobiles", Most), call.Body.Flag("include_resigned"));
        var (ids, _) = UserIds.Of(call);
        if (call.Body.Refusal is { } bad) return bad;
        var range = await ContactStore.RangeOf(session, call.Caller);
        var entries = new List<Entry>();
        foreach (var email in emails) entries.Add(new("email", email, await Seen(await ContactStore.WithEmail(session, email))));
        foreach (var mobile in mobiles) entries.Add(new("mobile", mobile, await Seen(await ContactStore.WithMobile(session, mobile))));
        return Reply.Object(json =>
        {
            json.WriteStartArray("user_list"u8);
            foreach (var entry in entries) Write(json, entry, call.Caller, ids!);
            json.WriteEndArray();
        });

        async ValueTask<Member?> Seen(Member? member) =>
            member is not null && (resigned || !member.Details.IsResigned) && await range.Has(session, member) ? member : null;
    }

    static void Write(Utf8JsonWriter json, Entry entry, Caller reader, UserIds ids)
    {
        json.WriteStartObject();
        if (entry.Member is not null && ids.Of(entry.Member.UserId) is { } id) json.WriteString("user_id"u8, id);
        json.WriteString(entry.Kind, entry.Text);
        if (entry.Member is not null && reader.Scopes.AnyOf(FieldScopes.Employment)) UserJson.WriteStatus(json, entry.Member.Details);
        json.WriteEndObject();
    }

    sealed record Entry(string Kind, string Text, Member? Member);
}
