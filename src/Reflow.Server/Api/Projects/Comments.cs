using System.Globalization;
using System.Text;
using System.Text.Json;
using Reflow.Core;
using Reflow.Core.Projects;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>Comments on items (contracts: project §2.5), also on terminated ones. Whoever wrote one changes and removes it.</summary>
static class Comments
{
    static readonly Error Empty = new(1000051280, 400, "Params Invalid"), NoTarget = new(1000051135, 400, "Comment Target Not Found"),
        NoComment = new(1000050052, 400, "Comment Not Found"), OfAnotherItem = new(20045, 400, "Comment And WorkItem Not Match");

    public static void Serve(Routes routes, ProjectStore projects)
    {
        routes.Serve("project.comment.create", call => Create(call, projects));
        routes.Serve("project.comment.list", call => List(call, projects));
        routes.Serve("project.comment.update", call => Update(call, projects));
        routes.Serve("project.comment.delete", call => Delete(call, projects));
    }

    static async ValueTask<Reply> Create(Call call, ProjectStore projects)
    {
        var content = Content(call.Body);
        if (call.Body.Fault() is { } fault) return fault;
        var reply = await ItemCall.Write(call, projects, ItemPath.Of(call), content is null ? Empty : null, async (session, found) =>
        {
            var comment = new Comment(projects.NewId(), found.Item.Id, 1, ProjectDoor.UserKey(call), call.Now, content!);
            await CommentRows.Add(session, comment, call.Caller.Actor, call.Operation.Name);
            return Reply.Data(json => json.WriteNumberValue(comment.Id));
        });
        return NoItem(reply) ? ProjectErrors.DataNotFound : reply;
    }

    static async ValueTask<Reply> List(Call call, ProjectStore projects)
    {
        var page = Number(call, "page_num") is { } number && Number(call, "page_size") is { } size ? ItemPage.Of(number, size, 200) : new(1, 1, ProjectErrors.InvalidParam("Invalid Param").Because("A page is a number."));
        var reply = await ItemCall.Read(call, projects, ItemPath.Of(call), page.Wrong, async (session, found) =>
        {
            var (comments, total) = await CommentRows.Page(session, found.Item.Id, page.Size, page.Skip);
            return page.Answer(total, json =>
            {
                foreach (var comment in comments) Write(json, found.Item, comment);
            });
        });
        return NoItem(reply) ? NoTarget : reply;
    }

    static async ValueTask<Reply> Update(Call call, ProjectStore projects)
    {
        var content = Content(call.Body);
        if (call.Body.Fault() is { } fault) return fault;
        return await Own(call, projects, content is null ? Empty : null, (session, comment) => CommentRows.Update(session, comment, content!, call.Now, call.Caller.Actor, call.Operation.Name));
    }

    static async ValueTask<Reply> Delete(Call call, ProjectStore projects) =>
        await Own(call, projects, null, (session, comment) => CommentRows.Remove(session, comment, call.Now, call.Caller.Actor, call.Operation.Name));

    static Task<Reply> Own(Call call, ProjectStore projects, Error? wrong, Func<Session, Comment, ValueTask> change) => ItemCall.Write(call, projects, ItemPath.Of(call), wrong, async (session, found) =>
    {
        if (!long.TryParse(call.Path("comment_id"), NumberStyles.None, CultureInfo.InvariantCulture, out var id) || await CommentRows.Find(session, id) is not { } comment) return NoComment;
        if (comment.Item != found.Item.Id) return OfAnotherItem;
        if (comment.Operator != ProjectDoor.UserKey(call)) return ProjectErrors.NoPermission.Because("Somebody else wrote the comment.");
        await change(session, comment);
        return Reply.Empty;
    });

    // rich_text wins; its text is what is kept of it.
    static string? Content(Input body)
    {
        if (!body.Says("rich_text")) return body.Word("content") is { } content && !string.IsNullOrWhiteSpace(content) ? content : null;
        var text = new StringBuilder();
        Collect(body.Raw("rich_text"), text, isText: true);
        return text.Length == 0 ? null : text.ToString();
    }

    static void Collect(JsonElement json, StringBuilder into, bool isText)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.String when isText:
                into.Append(json.GetString());
                break;
            case JsonValueKind.Array:
                foreach (var item in json.EnumerateArray()) Collect(item, into, isText: false);
                break;
            case JsonValueKind.Object:
                foreach (var member in json.EnumerateObject()) Collect(member.Value, into, member.Name is "text");
                break;
        }
    }

    static bool NoItem(Reply reply) => reply.Refusal?.Error.Code is 30005 or 20014;

    static long? Number(Call call, string name) => call.Query(name) is not { } text ? 0 : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    static void Write(Utf8JsonWriter json, WorkItem item, Comment comment)
    {
        json.WriteStartObject();
        json.WriteNumber("id"u8, comment.Id);
        json.WriteNumber("work_item_id"u8, item.Id);
        json.WriteString("work_item_type_key"u8, item.TypeKey);
        json.WriteNumber("created_at"u8, comment.CreatedAt);
        json.WriteString("operator"u8, comment.Operator);
        json.WriteString("content"u8, comment.Content);
        json.WriteEndObject();
    }
}
