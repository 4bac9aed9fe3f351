using Reflow.Core.Directory;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Platform;

/// <summary>GET /open-apis/bot/v3/info (contracts: platform §3.2): what many bots ask first. The bot stands beside <c>code</c>, not in <c>data</c>.</summary>
static class GetBot
{
    const int Enabled = 2;

    public static void Serve(Routes routes, Db db) => routes.Serve("bot.v3.info.get", async call =>
    {
        var app = await db.Read(call.Caller.Tenant, session => AppStore.Find(session, call.Caller.AppId), call.Aborted);
        return Reply.TopLevel("ok", json =>
        {
            json.WriteStartObject("bot"u8);
            json.WriteNumber("activate_status"u8, Enabled);
            json.WriteString("app_name"u8, app!.Name);
            json.WriteString("avatar_url"u8, ""u8);
            json.WriteStartArray("ip_white_list"u8);
            json.WriteEndArray();
            json.WriteString("open_id"u8, Identities.OpenId(call.Caller.Tenant, app.Id, new Actor.App(app.Id)));
            json.WriteEndObject();
        });
    });
}
