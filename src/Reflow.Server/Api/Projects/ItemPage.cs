using System.Text.Json;
using Reflow.Core;
using Reflow.Core.Projects;
using Reflow.Server.Gateway;

namespace Reflow.Server.Api.Projects;

/// <summary>A page as this API counts them: from 1, with a size of at most 200; 0 is "not passed" (contracts: project §1.5, §1.6).</summary>
/// <param name="Number">Which page.</param>
/// <param name="Size">How many to a page.</param>
/// <param name="Wrong">What is wrong with the request; the other values mean nothing then.</param>
sealed record ItemPage(int Number, int Size, Error? Wrong)
{
    const int Largest = 200;

    /// <summary>How many come before it.</summary>
    public int Skip => (Number - 1) * Size;

    /// <summary>The page that a body asks for.</summary>
    public static ItemPage Of(Input body, int size, int largest = Largest) => Of(body.Whole("page_num"), body.Whole("page_size"), size, largest);

    /// <summary>The page of two numbers.</summary>
    public static ItemPage Of(long number, long asked, int size, int largest = Largest) => asked > largest ? new(1, size, ProjectErrors.PageTooLarge)
        : asked < 0 || number is < 0 or > 1_000_000 ? new(1, size, ProjectErrors.InvalidParam("Invalid Param").Because("Pages are counted from 1."))
        : new(number == 0 ? 1 : (int)number, asked == 0 ? size : (int)asked, null);

    /// <summary>The answer: a list, and beside it which page of how many it is.</summary>
    public Reply Answer(long total, Action<Utf8JsonWriter> rows) => Reply.Page(Number, Size, total, json =>
    {
        json.WriteStartArray();
        rows(json);
        json.WriteEndArray();
    });
}
