using System.Globalization;
using System.Text.Json;
using Reflow.Core.Tasks;
using Reflow.Server.Gateway;

namespace Reflow.Server.Api.Tasks;

/// <summary>The comment object of Task v1 (contracts: task §1): all its members are texts; its moment is in milliseconds.</summary>
static class CommentJson
{
    /// <summary><c>{"comment":{…}}</c>.</summary>
    public static Reply Reply(TaskComment comment, UserIds ids) => Gateway.Reply.Object(json =>
    {
        json.WriteStartObject("comment"u8);
        Write(json, comment, ids);
        json.WriteEndObject();
    });

    /// <summary>The members of the comment object.</summary>
    public static void Write(Utf8JsonWriter json, TaskComment comment, UserIds ids)
    {
        json.WriteString("id"u8, Number(comment.Id));
        json.WriteString("content"u8, comment.Text.Plain);
        json.WriteString("rich_content"u8, comment.Text.Rich);
        json.WriteString("parent_id"u8, Number(comment.ParentId));
        json.WriteString("create_milli_time"u8, Number(comment.CreatedAt));
        if (ids.Of(comment.Author) is { } author) json.WriteString("creator_id"u8, author);
    }

    /// <summary>What a comment's body says; what is too long is noted beside its faults.</summary>
    public static (string Plain, string Rich) Read(Input body)
    {
        return (Text("content"), Text("rich_content"));

        string Text(string name)
        {
            var text = body.Text(name) ?? "";
            if (text.Length > TaskSettings.LongestText && text.EnumerateRunes().Count() > TaskSettings.LongestText)
                body.Violation(name, "", $"the max len is {TaskSettings.LongestText}");
            return text;
        }
    }

    static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
