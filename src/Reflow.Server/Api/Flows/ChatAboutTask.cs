using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Flows;

/// <summary>POST /open-apis/apaas/v1/user_tasks/:task_id/chat_group (contracts: apaas §1.3): a group of people around a task. The group is a record; Reflow has no chat.</summary>
static class ChatAboutTask
{
    const int MostUsers = 20;

    public static void Serve(Routes routes, Db db, FlowStore flows) => routes.Serve("apaas.v1.user_task.chat_group", call => Handle(call, db, flows));

    static async ValueTask<Reply> Handle(Call call, Db db, FlowStore flows)
    {
        var body = call.Body;
        var (by, users) = (body.RequiredId("operator_user_id"), body.Ids("invite_user_ids", MostUsers));
        var (chat, name) = (body.Text("chat_id"), body.Text("chat_name"));
        if (body.Refusal is { } refusal) return refusal;
        var (id, error) = await db.Change(call.Caller.Tenant,
            session => flows.Chat(session, call.Path("task_id"), new(by, users, chat, name), call.Operation.Name, call.Now), call.Aborted);
        return error is not null ? error : Reply.Object(json => json.WriteString("chat_id"u8, id));
    }
}
