using System.Globalization;
using System.Text.Json;
using Reflow.Core.Tasks;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Tasks;

/// <summary>POST /open-apis/task/v1/tasks/:task_id/reminders (contracts: task §2.10): so many minutes before the due time, after it when negative.</summary>
static class AddReminder
{
    public static void Serve(Routes routes, TaskStore tasks, Ids ids) => routes.Serve("task.v1.task.reminder.create", call => Handle(call, tasks, ids));

    static async ValueTask<Reply> Handle(Call call, TaskStore tasks, Ids ids)
    {
        var minutes = call.Body.RequiredInteger("relative_fire_minute");
        if (minutes is < int.MinValue or > int.MaxValue)
            call.Body.Violation("relative_fire_minute", minutes.ToString(CultureInfo.InvariantCulture), "relative_fire_minute is a 32-bit integer");
        if (call.Body.Refusal is { } bad) return bad;
        var reminder = new TaskReminder(ids.Number(), (int)minutes);
        var (_, _, error) = await tasks.Change(
            call.Caller.Tenant, call.Path("task_id"), new TaskCommand.AddReminder(reminder.Id, reminder.Minutes), call.Caller.Actor, call.Now, call.Operation.Name, call.Aborted);
        if (error is not null) return error;
        return Reply.Object(json =>
        {
            json.WriteStartObject("reminder"u8);
            Write(json, reminder);
            json.WriteEndObject();
        });
    }

    /// <summary>The members of the reminder object (contracts: task §1).</summary>
    public static void Write(Utf8JsonWriter json, TaskReminder reminder)
    {
        json.WriteString("id"u8, reminder.Id.ToString(CultureInfo.InvariantCulture));
        json.WriteNumber("relative_fire_minute"u8, reminder.Minutes);
    }
}
